import { Search, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Button } from "./ui/button";
import { Input } from "./ui/input";

/** As long as somebody goes on typing, nobody is asked (milliseconds). */
const PAUSE = 250;
const LONGEST_QUESTION = 200;

type Props = { label: string; value: string; onSearch: (text: string) => void; className?: string };

export function SearchBox({ label, value, onSearch, className }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setTyped(value);
  }

  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);

  return (
    <div role="search" className={cn("relative", className)}>
      <Search
        aria-hidden
        className="text-muted-foreground pointer-events-none absolute top-2.5 left-2.5 size-4"
      />
      <Input
        type="text"
        role="searchbox"
        enterKeyHint="search"
        maxLength={LONGEST_QUESTION}
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="pr-9 pl-8.5"
      />
      {typed && (
        <Button
          variant="ghost"
          size="icon-sm"
          className="absolute top-1 right-1"
          aria-label={t("common.clear_search")}
          onClick={() => {
            setTyped("");
            onSearch("");
          }}
        >
          <X />
        </Button>
      )}
    </div>
  );
}

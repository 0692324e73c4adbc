import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { SearchBox } from "@/components/SearchBox";
import { Board } from "./Board";
import { LeadSheet } from "./LeadSheet";

const route = getRouteApi("/leads");

export function LeadsPage() {
  const { t } = useTranslation();
  const { q, lead } = route.useSearch();
  const navigate = route.useNavigate();
  const search = useCallback(
    (text: string) => void navigate({ search: (now) => ({ ...now, q: text || undefined }), replace: true }),
    [navigate],
  );

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 p-3 md:px-5 md:pb-5">
      <div className="flex items-center gap-3">
        <SearchBox label={t("board.search")} value={q ?? ""} onSearch={search} className="w-full md:w-80" />
        <p className="text-muted-foreground ml-auto hidden items-center gap-1.5 text-xs xl:flex">
          <kbd className="border-border bg-surface rounded border px-1.5 py-px font-sans">[</kbd>
          <kbd className="border-border bg-surface rounded border px-1.5 py-px font-sans">]</kbd>
          {t("board.keys_hint")}
        </p>
      </div>
      <Board q={q ?? ""} onOpen={({ id }) => void navigate({ search: (now) => ({ ...now, lead: id }) })} />
      <LeadSheet
        leadId={lead}
        onClose={() => void navigate({ search: (now) => ({ ...now, lead: undefined }) })}
      />
    </div>
  );
}

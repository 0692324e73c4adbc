import { useId } from "react";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";

/** What the API asks of a password; it says why a shorter one is refused. */
const SHORTEST = 10;
const LONGEST_PASSWORD = 1000;

type Props = { name: string; label: string; hint?: string; kind: "current" | "new"; required?: boolean };

/** A password, one's own so far or a new one. */
export function PasswordField({ name, label, hint, kind, required = true }: Props) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input
        id={id}
        name={name}
        type="password"
        autoComplete={`${kind}-password`}
        required={required}
        minLength={kind === "new" ? SHORTEST : undefined}
        maxLength={LONGEST_PASSWORD}
        aria-describedby={hint && `${id}-hint`}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-muted-foreground text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

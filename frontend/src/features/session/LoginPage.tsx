import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/Logo";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { PasswordField } from "./PasswordField";
import { Refusal } from "./Refusal";
import { logIn, sessionQuery } from "./queries";

export function LoginPage({ linkRefused }: { linkRefused: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const login = useMutation({
    mutationFn: logIn,
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });

  // No form action: React would empty the fields also when the log-in is refused.
  function submit(event: SyntheticEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    login.mutate({ email: form.get("email") as string, password: form.get("password") as string });
  }

  return (
    <div className="w-full max-w-sm">
      <Logo className="mb-8 justify-center text-lg" />
      <div className="border-border bg-surface rounded-2xl border p-6 shadow-sm">
        <h1 className="text-lg font-semibold">{t("login.title")}</h1>
        {linkRefused && (
          <p role="alert" className="bg-danger-soft text-danger mt-3 rounded-lg px-3 py-2 text-sm">
            {t("login.link_refused")}
          </p>
        )}
        <p className="text-muted-foreground mt-3 flex gap-2.5 text-sm">
          <Link2 aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>
            {t("login.open_link")} <code className="bg-muted rounded px-1 py-px text-xs">/app#link=…</code>
          </span>
        </p>
        <p className="text-muted-foreground before:bg-border after:bg-border my-5 flex items-center gap-3 text-xs before:h-px before:flex-1 after:h-px after:flex-1">
          {t("login.or")}
        </p>
        <form className="flex flex-col gap-4" onSubmit={submit}>
          <div className="flex flex-col gap-1.5">
            <Label htmlFor="email">{t("login.email")}</Label>
            <Input id="email" name="email" type="email" autoComplete="username" required />
          </div>
          <PasswordField name="password" kind="current" label={t("login.password")} />
          <Refusal error={login.error} />
          <Button type="submit" variant="primary" disabled={login.isPending}>
            {t("login.submit")}
          </Button>
        </form>
      </div>
    </div>
  );
}

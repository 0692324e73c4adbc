import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/Logo";
import { Button } from "@/components/ui/button";
import { PasswordField } from "./PasswordField";
import { Refusal } from "./Refusal";
import { logIn, sessionQuery } from "./queries";

/** Whoever was invited chooses a password, and is in. */
export function InvitationPage({ link }: { link: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  const accept = useMutation({
    mutationFn: (password: string) => logIn({ link, password }),
    onSuccess: again,
  });

  function submit(event: SyntheticEvent<HTMLFormElement>): void {
    event.preventDefault();
    accept.mutate(new FormData(event.currentTarget).get("password") as string);
  }

  return (
    <div className="w-full max-w-sm">
      <Logo className="mb-8 justify-center text-lg" />
      <div className="border-border bg-surface rounded-2xl border p-6 shadow-sm">
        <h1 className="text-lg font-semibold">{t("invitation.title")}</h1>
        <p className="text-muted-foreground mt-3 mb-5 text-sm">{t("invitation.explained")}</p>
        <form className="flex flex-col gap-4" onSubmit={submit}>
          <PasswordField name="password" kind="new" label={t("password.new")} hint={t("password.hint")} />
          <Refusal error={accept.error} />
          <Button type="submit" variant="primary" disabled={accept.isPending}>
            {t("invitation.accept")}
          </Button>
          <Button type="button" variant="ghost" onClick={again}>
            {t("invitation.not_now")}
          </Button>
        </form>
      </div>
    </div>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/Logo";
import { Button } from "@/components/ui/button";
import { PasswordField } from "./PasswordField";
import { Refusal } from "./Refusal";
import { logIn, sessionQuery } from "./queries";

type Props = {
  link: string;
  /** Whoever is logged in here already; it may be somebody else. */
  email: string | undefined;
};

/** Whoever was invited gives the password of their account, or chooses one, and is in. */
export function InvitationPage({ link, email }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  const accept = useMutation({
    mutationFn: (password: string | undefined) =>
      logIn(password === undefined ? { link } : { link, password }),
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
          <PasswordField name="password" kind="new" label={t("login.password")} hint={t("password.hint")} />
          <Refusal error={accept.error} />
          <Button type="submit" variant="primary" disabled={accept.isPending}>
            {t("invitation.accept")}
          </Button>
          {email && (
            <Button type="button" disabled={accept.isPending} onClick={() => accept.mutate(undefined)}>
              {t("invitation.accept_as", { email })}
            </Button>
          )}
          <Button type="button" variant="ghost" onClick={again}>
            {t("invitation.not_now")}
          </Button>
        </form>
      </div>
    </div>
  );
}

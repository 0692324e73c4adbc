import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserRoundX } from "lucide-react";
import { useEffect, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { ErrorNote } from "@/components/ErrorNote";
import { SessionContext } from "@/lib/session";
import { useChosenCreator } from "./creator";
import { InvitationPage } from "./InvitationPage";
import { LoginPage } from "./LoginPage";
import { takeLink } from "./link";
import { sessionQuery } from "./queries";

/** Lets those in who are logged in, and shows everybody else how to get there. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, isPending, isError, error, refetch } = useQuery(sessionQuery);
  const session = data?.session;
  const [creator, chooseCreator] = useChosenCreator(session?.user.creators ?? []);
  const here = useMemo(
    () => (session && creator !== undefined ? { creator, session, chooseCreator } : null),
    [session, creator, chooseCreator],
  );

  useEffect(() => {
    // A link pasted into the address of an open page reloads nothing: only the hash changes.
    const pasted = () => {
      if (takeLink()) void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    };
    window.addEventListener("hashchange", pasted);
    return () => window.removeEventListener("hashchange", pasted);
  }, [client]);

  if (here && !data?.invitation) return <SessionContext value={here}>{children}</SessionContext>;
  return (
    <main className="grid h-full place-items-center p-4">
      {isPending && <p role="status">{t("session.logging_in")}</p>}
      {isError && <ErrorNote error={error} retry={refetch} />}
      {data?.invitation && <InvitationPage link={data.invitation} email={session?.user.email} />}
      {data && !session && !data.invitation && <LoginPage linkRefused={data.linkRefused} />}
      {session && !data.invitation && (
        <Empty icon={UserRoundX} title={t("session.no_creator")}>
          {t("session.no_creator_hint")}
        </Empty>
      )}
    </main>
  );
}

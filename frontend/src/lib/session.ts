import { createContext, use } from "react";
import type { Session } from "@/api/types";

type Here = {
  /** The creator whose leads the screens show. */
  creator: string;
  session: Session;
  /** Shows the screens for another of the session's creators. */
  chooseCreator: (creator: string) => void;
};

export const SessionContext = createContext<Here | null>(null);

/** Who is logged in, and for which creator; only below the log-in. */
export function useSession(): Here {
  const here = use(SessionContext);
  if (!here) throw new Error("useSession() outside of the session");
  return here;
}

export function useCreator(): string {
  return useSession().creator;
}

import { queryOptions } from "@tanstack/react-query";
import { answered, api, Problem, setCsrfToken } from "@/api/client";
import { sessionKey } from "@/api/queries";
import type { Session } from "@/api/types";
import { forgetLink, heldLink } from "./link";

export type Credentials = { email: string; password: string } | { link: string; password?: string };

export const logIn = (credentials: Credentials) => answered(api.POST("/auth/login", { body: credentials }));

export const changePassword = (passwords: { current: string | null; password: string }) =>
  answered(api.PUT("/auth/password", { body: passwords }));

export const logOut = () => answered(api.POST("/auth/logout"));

type Gate = {
  session: Session | null;
  linkRefused: boolean;
  /** A link that asks for a password before it lets anybody in. */
  invitation: string | null;
};

/** Who is logged in here; a link that is still in hand is redeemed first. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  staleTime: Infinity,
  queryFn: async (): Promise<Gate> => {
    const link = heldLink();
    // Nobody accepts an invitation by opening it: without the token a session proves nothing.
    if (link !== null) setCsrfToken("");
    const outcome = link === null ? "none" : await redeem(link);
    forgetLink();
    const session = await nullWhenUnauthenticated(answered(api.GET("/auth/me")));
    if (session) setCsrfToken(session.csrf_token);
    return {
      session,
      linkRefused: outcome === "refused",
      invitation: outcome === "invitation" ? link : null,
    };
  },
});

async function redeem(link: string): Promise<"in" | "refused" | "invitation"> {
  try {
    return (await nullWhenUnauthenticated(logIn({ link }))) ? "in" : "refused";
  } catch (error) {
    // The one thing that can be wrong about a link alone is that it needs a password with it.
    if (error instanceof Problem && error.status === 422) return "invitation";
    throw error;
  }
}

async function nullWhenUnauthenticated<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

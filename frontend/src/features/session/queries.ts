import { queryOptions } from "@tanstack/react-query";
import { answered, api, Problem, setCsrfToken } from "@/api/client";
import type { Session } from "@/api/types";
import { forgetLink, heldLink } from "./link";

export type Credentials = { email: string; password: string } | { link: string };

export const logIn = (credentials: Credentials) => answered(api.POST("/auth/login", { body: credentials }));

export const logOut = () => answered(api.POST("/auth/logout"));

/** Who is logged in here; a link that is still in hand is redeemed first. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Infinity,
  queryFn: async (): Promise<{ session: Session | null; linkRefused: boolean }> => {
    const link = heldLink();
    const linkRefused = link !== null && (await nullWhenUnauthenticated(logIn({ link }))) === null;
    forgetLink();
    const session = await nullWhenUnauthenticated(answered(api.GET("/auth/me")));
    if (session) setCsrfToken(session.csrf_token);
    return { session, linkRefused };
  },
});

async function nullWhenUnauthenticated<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

type ProblemBody = components["schemas"]["Problem"];

/** What the API says when it refuses (RFC 9457); the message is one sentence fit to be shown. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

let csrfToken = "";

/** Remembers the token that every write sends along; it comes with the session. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up on every call, so that whoever replaces fetch later is still heard.
  fetch: (request) => fetch(request),
});
api.use(csrf);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of a good answer; a refusal becomes a `Problem`. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  return bodyOf(await call);
}

/** The same of an answer that is there already. */
export function bodyOf<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) throw new Problem(response.status, detailOf(error) ?? response.statusText);
  return data;
}

function detailOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? (error as Partial<ProblemBody>).detail : undefined;
}

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

type ProblemBody = components["schemas"]["Problem"];

/** What the API says when it refuses (RFC 9457); the message is one sentence fit to be shown. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    /** Which of several refusals with the same status it is: the address of its kind. */
    readonly type?: string,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** Somebody else has settled it meanwhile, or it does not exist any more. */
export function isGone(error: Error | null): boolean {
  return error instanceof Problem && (error.status === 404 || error.type === "/problems/settled-draft");
}

/** The follower has written since; it is sent only when a person says so once more. */
export function isOutdated(error: Error | null): boolean {
  return error instanceof Problem && error.type === "/problems/outdated-draft";
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

/** The same of a command; `shown` is false (202) while the lists do not know of it yet: the stream will say when. */
export async function written<T extends object>(call: Promise<Answer<T>>): Promise<T & { shown: boolean }> {
  const answer = await call;
  return { ...bodyOf(answer), shown: answer.response.status !== 202 };
}

function bodyOf<T>({ data, error, response }: Answer<T>): T {
  if (data !== undefined) return data;
  const { detail, type } = problemIn(error);
  throw new Problem(response.status, detail ?? response.statusText, type);
}

function problemIn(error: unknown): Partial<ProblemBody> {
  return typeof error === "object" && error !== null ? error : {};
}

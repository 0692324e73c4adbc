import {
  infiniteQueryOptions,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";
import { answered, api, Problem } from "./client";

/** How many rows one answer of a list brings. */
export const PAGE = 50;

export const firstPage = null as string | null;

/** The key of who is logged in: the only one that is of no creator. */
export const sessionKey = ["session"] as const;

/** What the first word of a key can be: what is asked of one creator, who is the second. */
export type Subject = (typeof OF_PEOPLE)[number] | "bot" | "clock";

const OF_PEOPLE = [
  "board",
  "conversations",
  "messages",
  "follower",
  "followups",
  "drafts",
  "escalations",
] as const;

/** The key under which everything about a subject is kept, however it was asked for. */
export const keyOf = <What extends Subject>(what: What, creator: string) => [what, creator] as const;

/** What changes when something happens to a lead or a follower. */
export const keysOfPeople = (creator: string) => OF_PEOPLE.map((what) => keyOf(what, creator));

/** The demo's clock; in an installation that is no demo nobody asks. */
export const clockQuery = (creator: string) =>
  queryOptions({
    queryKey: keyOf("clock", creator),
    queryFn: ({ signal }) =>
      answered(
        api.GET("/simulator/{creator_id}/clock", { params: { path: { creator_id: creator } }, signal }),
      ),
  });

/** One follower with their lead, or null while nobody by that id has ever written. */
export const followerQuery = (creator: string, id: string) =>
  queryOptions({
    queryKey: [...keyOf("follower", creator), id],
    queryFn: ({ signal }) =>
      nullWhenUnknown(
        answered(
          api.GET("/dm/follower/{creator_id}/{lead_id}", {
            params: { path: { creator_id: creator, lead_id: id } },
            signal,
          }),
        ),
      ),
  });

/** The whole conversation with one follower, newest first, page by page. */
export const messagesQuery = (creator: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf("messages", creator), id],
    initialPageParam: firstPage,
    queryFn: ({ pageParam, signal }) =>
      nullWhenUnknown(
        answered(
          api.GET("/dm/conversations/{creator_id}/{lead_id}/messages", {
            params: {
              path: { creator_id: creator, lead_id: id },
              query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) },
            },
            signal,
          }),
        ),
      ),
    getNextPageParam: (page) => page?.next_cursor,
    select: ({ pages }) => ({
      messages: pages.flatMap((page) => page?.messages ?? []).reverse(),
      total: pages[0]?.total ?? 0,
    }),
  });

/** What nurturing has planned for one follower, and what became of what it had planned before. */
export const followUpsQuery = (creator: string, id: string) =>
  queryOptions({
    queryKey: [...keyOf("followups", creator), id],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/nurturing/{creator_id}/followups", {
          params: { path: { creator_id: creator }, query: { follower_id: id, limit: PAGE } },
          signal,
        }),
      ),
    select: ({ followups }) =>
      followups.toSorted((one, other) => one.scheduled_at.localeCompare(other.scheduled_at)),
  });

type PageOfWaiting = { total: number; drafts?: { id: string }[]; escalations?: { id: string }[] };

/** Takes what is settled out of every list that shows it, before the lists are read again. */
export async function takeOut(
  client: QueryClient,
  creator: string,
  what: "drafts" | "escalations",
  id: string,
): Promise<void> {
  const lists = { queryKey: keyOf(what, creator) };
  // A reading that is under way would put it back.
  await client.cancelQueries(lists);
  client.setQueriesData<InfiniteData<PageOfWaiting>>(lists, (data) => {
    if (!data?.pages.some((page) => page[what]?.some((row) => row.id === id))) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      total: page.total - 1,
      [what]: page[what]?.filter((row) => row.id !== id),
    }));
    return { ...data, pages };
  });
}

async function nullWhenUnknown<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

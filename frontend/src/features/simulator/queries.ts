import { infiniteQueryOptions } from "@tanstack/react-query";
import { answered, api } from "@/api/client";
import { firstPage, keyOf, PAGE } from "@/api/queries";

/** The people who have written to the creator, latest contact first. */
export const followersQuery = (creator: string, q: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf("conversations", creator), q],
    initialPageParam: firstPage,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/dm/conversations/{creator_id}", {
          params: {
            path: { creator_id: creator },
            query: { limit: PAGE, ...(q && { q }), ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    select: ({ pages }) => pages.flatMap((page) => page.conversations),
  });

export type Writing = { follower_id: string; text: string; name?: string };

export const writeAs = (creator: string, body: Writing) =>
  answered(api.POST("/simulator/{creator_id}/messages", { params: { path: { creator_id: creator } }, body }));

export const moveClock = (creator: string, body: { advance_seconds: number } | { to: string }) =>
  answered(api.POST("/simulator/{creator_id}/clock", { params: { path: { creator_id: creator } }, body }));

export const resetDemo = (creator: string) =>
  answered(api.POST("/simulator/{creator_id}/reset", { params: { path: { creator_id: creator } } }));

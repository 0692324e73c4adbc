import { infiniteQueryOptions } from "@tanstack/react-query";
import { answered, api, written } from "@/api/client";
import { firstPage, keyOf, PAGE } from "@/api/queries";

/** The conversations in which a person was asked for. */
export const escalationsQuery = (creator: string) =>
  infiniteQueryOptions({
    queryKey: keyOf("escalations", creator),
    initialPageParam: firstPage,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/dm/escalations/{creator_id}", {
          params: {
            path: { creator_id: creator },
            query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });

/** Gives the conversation back to the bot. */
export const resolveEscalation = (creator: string, id: string, note: string) =>
  written(
    api.POST("/dm/escalations/{creator_id}/{escalation_id}/resolve", {
      params: { path: { creator_id: creator, escalation_id: id } },
      body: { ...(note && { note }) },
    }),
  );

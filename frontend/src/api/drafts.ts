import { infiniteQueryOptions } from "@tanstack/react-query";
import { answered, api, written } from "./client";
import { firstPage, keyOf, PAGE } from "./queries";

/** The answers that wait for a person's word: of one creator, or of one of their leads. */
export const draftsQuery = (creator: string, leadId?: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf("drafts", creator), leadId ?? "all"],
    initialPageParam: firstPage,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/dm/drafts/{creator_id}", {
          params: {
            path: { creator_id: creator },
            query: {
              limit: PAGE,
              ...(leadId !== undefined && { lead_id: leadId }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });

/** What a person may do with a draft; `confirmed` sends it although the follower has written since. */
export type Settlement =
  | { how: "approve"; confirmed?: boolean }
  | { how: "edit"; text: string; confirmed?: boolean }
  | { how: "reject" }
  | { how: "regenerate" };

export async function settleDraft(creator: string, id: string, settlement: Settlement) {
  const params = { path: { creator_id: creator, draft_id: id } };
  switch (settlement.how) {
    case "approve":
      return written(
        api.POST("/dm/drafts/{creator_id}/{draft_id}/approve", {
          params,
          body: { confirm_outdated: settlement.confirmed ?? false },
        }),
      );
    case "edit":
      return written(
        api.POST("/dm/drafts/{creator_id}/{draft_id}/edit", {
          params,
          body: { text: settlement.text, confirm_outdated: settlement.confirmed ?? false },
        }),
      );
    case "reject":
      return written(api.POST("/dm/drafts/{creator_id}/{draft_id}/reject", { params, body: {} }));
    case "regenerate":
      return written(api.POST("/dm/drafts/{creator_id}/{draft_id}/regenerate", { params, body: {} }));
  }
}

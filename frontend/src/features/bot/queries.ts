import { queryOptions } from "@tanstack/react-query";
import { answered, api } from "@/api/client";
import { keyOf } from "@/api/queries";

/** Does the bot answer for this creator? */
export const botQuery = (creator: string) =>
  queryOptions({
    queryKey: keyOf("bot", creator),
    queryFn: ({ signal }) =>
      answered(api.GET("/bot/{creator_id}/status", { params: { path: { creator_id: creator } }, signal })),
  });

export const switchBot = (creator: string, active: boolean) =>
  answered(
    api.PUT("/dashboard/{creator_id}/toggle", {
      params: { path: { creator_id: creator }, query: { active } },
    }),
  );

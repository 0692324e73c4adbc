import { queryOptions } from "@tanstack/react-query";
import { answered, api } from "@/api/client";
import { keyOf } from "@/api/queries";
import type { Mode } from "@/api/types";

/** Does the bot answer for this creator, by itself or after a person's word? */
export const botQuery = (creator: string) =>
  queryOptions({
    queryKey: keyOf("bot", creator),
    queryFn: ({ signal }) =>
      answered(api.GET("/bot/{creator_id}/status", { params: { path: { creator_id: creator } }, signal })),
  });

export const putMode = (creator: string, mode: Mode) =>
  answered(api.PUT("/bot/{creator_id}/mode", { params: { path: { creator_id: creator } }, body: { mode } }));

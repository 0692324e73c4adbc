import { useCallback, useRef } from "react";
import { answered, api } from "@/api/client";
import { useCreator } from "./session";

/** The bot keeps quiet for two minutes after it hears that somebody types; saying it every minute is enough (milliseconds). */
const EVERY = 60_000;

/** Says that a person is writing to this lead, so that the bot does not answer meanwhile. */
export function useTyping(leadId: string): () => void {
  const creator = useCreator();
  const said = useRef(-Infinity);
  return useCallback(() => {
    if (Date.now() - said.current < EVERY) return;
    said.current = Date.now();
    const call = api.POST("/dm/conversations/{creator_id}/{lead_id}/typing", {
      params: { path: { creator_id: creator, lead_id: leadId } },
      body: {},
    });
    // Whoever is typing is not to be disturbed: the next letter says it again.
    answered(call).catch(() => {
      said.current = -Infinity;
    });
  }, [creator, leadId]);
}

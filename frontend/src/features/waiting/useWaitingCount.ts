import { useInfiniteQuery } from "@tanstack/react-query";
import { draftsQuery } from "@/api/drafts";
import { useCreator } from "@/lib/session";
import { escalationsQuery } from "./queries";

/** How many drafts and escalations wait for a person. */
export function useWaitingCount(): number {
  const creator = useCreator();
  const escalations = useInfiniteQuery(escalationsQuery(creator));
  const drafts = useInfiniteQuery(draftsQuery(creator));
  return (escalations.data?.pages[0]?.total ?? 0) + (drafts.data?.pages[0]?.total ?? 0);
}

import {
  infiniteQueryOptions,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";
import { answered, api, written } from "@/api/client";
import { firstPage, keyOf, PAGE } from "@/api/queries";
import { STATUSES, type Lead, type PageOfLeads, type Status } from "@/api/types";

type ColumnData = InfiniteData<PageOfLeads>;

/** The leads of one column, latest contact first; `q` narrows them down. */
export const columnQuery = (creator: string, status: Status, q: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf("board", creator), status, q],
    initialPageParam: firstPage,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/dm/leads/{creator_id}", {
          params: {
            path: { creator_id: creator },
            query: {
              status: [status],
              limit: PAGE,
              ...(q && { q }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });

/** How many leads the column has while a search hides some of them. */
export const columnTotalQuery = (creator: string, status: Status) =>
  queryOptions({
    queryKey: [...keyOf("board", creator), status, "total"],
    queryFn: ({ signal }) =>
      answered(
        api.GET("/dm/leads/{creator_id}", {
          params: { path: { creator_id: creator }, query: { status: [status], limit: 1 } },
          signal,
        }),
      ),
    select: (page) => page.total,
  });

export const putStatus = (creator: string, leadId: string, status: Status) =>
  written(
    api.PUT("/dm/follower/{creator_id}/{lead_id}/status", {
      params: { path: { creator_id: creator, lead_id: leadId } },
      body: { status },
    }),
  );

/** Says something as the creator; the same key is said only once, however often it is asked for. */
export const sendMessage = (creator: string, followerId: string, message: string, key: string) =>
  written(
    api.POST("/dm/send/{creator_id}", {
      params: { path: { creator_id: creator }, header: { "Idempotency-Key": key } },
      body: { follower_id: followerId, message },
    }),
  );

/** The leads of all pages read so far, each once: one that moved up while we scrolled is on two pages. */
export function leadsOf(data: ColumnData): Lead[] {
  return [...new Map(data.pages.flatMap((page) => page.leads).map((lead) => [lead.id, lead])).values()];
}

/** Shows a move before the server has confirmed it; the answer takes it back. */
export function showMove(
  client: QueryClient,
  creator: string,
  q: string,
  lead: Lead,
  to: Status,
): () => void {
  const before = STATUSES.map((status) => {
    const { queryKey } = columnQuery(creator, status, q);
    return { queryKey, data: client.getQueryData(queryKey) };
  });
  // The server's own number comes with its answer; the card shows what that will be.
  const moved: Lead = { ...lead, status: to, pipeline_score: (STATUSES.indexOf(to) + 1) * 25 };
  client.setQueryData(columnQuery(creator, lead.status, q).queryKey, (data) => data && without(data, lead));
  client.setQueryData(columnQuery(creator, to, q).queryKey, (data) => data && withLead(data, moved));
  return () => before.forEach(({ queryKey, data }) => client.setQueryData(queryKey, data));
}

function without(data: ColumnData, lead: Lead): ColumnData {
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      total: page.total - 1,
      leads: page.leads.filter(({ id }) => id !== lead.id),
    })),
  };
}

/** Puts the lead where the order by last contact will have it, or at the end of what has been read. */
function withLead(data: ColumnData, lead: Lead): ColumnData {
  const at = (one: Lead) => one.last_contact_at ?? "";
  const found = data.pages.findIndex((page) => page.leads.some((other) => at(other) <= at(lead)));
  const target = found === -1 ? data.pages.length - 1 : found;
  return {
    ...data,
    pages: data.pages.map((page, index) => {
      if (index !== target) return { ...page, total: page.total + 1 };
      const place = page.leads.findIndex((other) => at(other) <= at(lead));
      const leads = page.leads.toSpliced(place === -1 ? page.leads.length : place, 0, lead);
      return { ...page, total: page.total + 1, leads };
    }),
  };
}

import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";
import type { Lead } from "@/api/types";
import { aLead } from "@/test/make";
import { columnQuery, leadsOf, showMove } from "./queries";

const at = (day: number) => `2026-11-${String(day).padStart(2, "0")}T10:00:00+00:00`;
const page = (leads: Lead[], next_cursor: string | null, total: number) => ({
  status: "ok" as const,
  leads,
  count: leads.length,
  total,
  next_cursor,
});

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});

function fill(status: Lead["status"], pages: Lead[][], total: number): void {
  client.setQueryData(columnQuery("demo", status, "").queryKey, {
    pages: pages.map((leads, index) => page(leads, index === pages.length - 1 ? null : String(index), total)),
    pageParams: pages.map(() => null),
  });
}

function shown(status: Lead["status"]): Lead[] {
  const data = client.getQueryData(columnQuery("demo", status, "").queryKey);
  return data ? leadsOf(data) : [];
}

test("a lead that moved up between two pages is shown once", () => {
  const lead = aLead();
  expect(
    leadsOf({ pages: [page([lead], "1", 2), page([lead, aLead()], null, 2)], pageParams: [] }),
  ).toHaveLength(2);
});

test("a moved card takes the place that its last contact gives it", () => {
  const [early, late] = [
    aLead({ last_contact_at: at(3), status: "hot" }),
    aLead({ last_contact_at: at(9), status: "hot" }),
  ];
  const moved = aLead({ last_contact_at: at(5) });
  fill("new", [[moved]], 1);
  fill("hot", [[late], [early]], 2);
  showMove(client, "demo", "", moved, "hot");
  expect(shown("hot").map(({ id }) => id)).toEqual([late.id, moved.id, early.id]);
  expect(shown("hot")[1]).toMatchObject({ status: "hot", pipeline_score: 75 });
  expect(shown("new")).toEqual([]);
});

test("the counts move with the card, and back when the move is taken back", () => {
  const moved = aLead();
  fill("new", [[moved, aLead()]], 2);
  fill("customer", [[]], 0);
  const total = (status: Lead["status"]) =>
    client.getQueryData(columnQuery("demo", status, "").queryKey)?.pages[0]?.total;
  const takeBack = showMove(client, "demo", "", moved, "customer");
  expect([total("new"), total("customer")]).toEqual([1, 1]);
  takeBack();
  expect([total("new"), total("customer")]).toEqual([2, 0]);
  expect(shown("new")).toContainEqual(moved);
});

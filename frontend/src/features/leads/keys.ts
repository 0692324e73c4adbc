import type { KeyboardCoordinateGetter } from "@dnd-kit/core";
import type { KeyboardEvent } from "react";
import { STATUSES, type Lead, type Status } from "@/api/types";

/** The neighbouring column that `[` (to the left) or `]` (to the right) means. */
export function stepFrom(status: Status, key: string): Status | null {
  if (key !== "[" && key !== "]") return null;
  return STATUSES[STATUSES.indexOf(status) + (key === "]" ? 1 : -1)] ?? null;
}

/** A card lifted by keyboard goes from column to column, not by pixels. */
export const toNextColumn: KeyboardCoordinateGetter = (
  event,
  { context: { droppableRects, over, active }, currentCoordinates },
) => {
  const steps: Partial<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
  const step = steps[event.code];
  if (step === undefined) return undefined;
  event.preventDefault();
  const from = STATUSES.findIndex(
    (status) => status === (over?.id ?? (active?.data.current as { lead: Lead } | undefined)?.lead.status),
  );
  const rect = droppableRects.get(STATUSES[from + step] ?? "");
  return rect ? { x: rect.left + 8, y: rect.top + 48 } : currentCoordinates;
};

/** The arrows walk over the cards: up and down in a column, left and right to its neighbours. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const here = event.target instanceof Element ? event.target.closest<HTMLElement>("li[data-index]") : null;
  if (!here) return;
  const column = here.closest<HTMLElement>("[data-column]");
  const index = Number(here.dataset.index);
  const steps: Partial<Record<string, () => HTMLElement | null>> = {
    ArrowDown: () => cardAt(column, index + 1),
    ArrowUp: () => cardAt(column, index - 1),
    ArrowRight: () => nearest(column?.nextElementSibling ?? null, here),
    ArrowLeft: () => nearest(column?.previousElementSibling ?? null, here),
  };
  const next = steps[event.key]?.();
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function cardAt(column: Element | null, index: number): HTMLElement | null {
  return column?.querySelector<HTMLElement>(`li[data-index="${index}"] [data-card]`) ?? null;
}

function nearest(column: Element | null, here: HTMLElement): HTMLElement | null {
  const middle = here.getBoundingClientRect().top;
  const distance = (card: HTMLElement) => Math.abs(card.getBoundingClientRect().top - middle);
  const cards = [...(column?.querySelectorAll<HTMLElement>("[data-card]") ?? [])];
  return cards.toSorted((one, other) => distance(one) - distance(other))[0] ?? null;
}

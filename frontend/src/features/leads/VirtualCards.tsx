import { useDraggable } from "@dnd-kit/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Lead, Status } from "@/api/types";
import { Card } from "./Card";
import { stepFrom } from "./keys";

/** A usual card with its gap (pixels); each is measured as soon as it is drawn. */
const USUAL_HEIGHT = 136;
const GAP = 8;
/** So many cards before the end the next page is asked for. */
const AHEAD = 15;

type Props = {
  label: string;
  leads: Lead[];
  total: number;
  now: number;
  loadMore: (() => void) | null;
  focused: string | null;
  onFocused: () => void;
  onOpen: (lead: Lead) => void;
  onMove: (lead: Lead, to: Status) => void;
};

/** As many cards as fit on the screen, of however many there are. */
export function VirtualCards({
  label,
  leads,
  total,
  now,
  loadMore,
  focused,
  onFocused,
  onOpen,
  onMove,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  // One card of a column can be reached by Tab; from it the arrows lead on.
  const [current, setCurrent] = useState(0);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used
  const cards = useVirtualizer({
    count: leads.length,
    getScrollElement: () => box.current,
    estimateSize: () => USUAL_HEIGHT,
    getItemKey: (index) => leads[index]?.id ?? index,
    gap: GAP,
    overscan: 6,
    initialRect: { width: 300, height: 600 },
  });
  const shown = cards.getVirtualItems();
  const reachable = Math.min(current, leads.length - 1);

  const nearEnd = (shown.at(-1)?.index ?? 0) >= leads.length - AHEAD;
  useEffect(() => {
    if (nearEnd) loadMore?.();
  }, [nearEnd, loadMore]);

  const wanted = focused === null ? -1 : leads.findIndex(({ id }) => id === focused);
  useEffect(() => {
    if (wanted === -1) return;
    cards.scrollToIndex(wanted);
    const card = box.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] [data-card]`);
    if (!card) return;
    card.focus();
    onFocused();
  });

  return (
    <div
      ref={box}
      className="scroll-thin min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-2 max-lg:pt-2"
    >
      <ul aria-label={label} className="relative w-full" style={{ height: cards.getTotalSize() }}>
        {shown.map(({ key, index, start }) => {
          const lead = leads[index];
          if (!lead) return null;
          return (
            <li
              key={key}
              ref={cards.measureElement}
              data-index={index}
              aria-setsize={total}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
              onFocus={() => setCurrent(index)}
            >
              <DraggableCard
                lead={lead}
                now={now}
                reachable={index === reachable}
                onOpen={() => onOpen(lead)}
                onMove={(to) => onMove(lead, to)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

type DraggableProps = {
  lead: Lead;
  now: number;
  reachable: boolean;
  onOpen: () => void;
  onMove: (to: Status) => void;
};

function DraggableCard({ lead, now, reachable, onOpen, onMove }: DraggableProps) {
  const { setNodeRef, listeners, attributes, isDragging, active } = useDraggable({
    id: lead.id,
    data: { lead },
  });

  function onKeyDown(event: KeyboardEvent): void {
    const to = active ? null : stepFrom(lead.status, event.key);
    if (to) {
      event.preventDefault();
      onMove(to);
    } else {
      (listeners?.onKeyDown as ((event: KeyboardEvent) => void) | undefined)?.(event);
    }
  }

  return (
    <Card
      lead={lead}
      now={now}
      lifted={isDragging}
      onOpen={onOpen}
      onMove={onMove}
      handle={{
        ...listeners,
        ref: setNodeRef,
        onKeyDown,
        tabIndex: reachable ? 0 : -1,
        "aria-describedby": attributes["aria-describedby"],
        "aria-roledescription": attributes["aria-roledescription"],
        "aria-keyshortcuts": "[ ]",
      }}
    />
  );
}

import {
  closestCenter,
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
  type Announcements,
  type CollisionDetection,
  type DragEndEvent,
} from "@dnd-kit/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { STATUSES, type Lead, type Status } from "@/api/types";
import { cn } from "@/lib/cn";
import { nameOf } from "@/lib/people";
import { useNow } from "@/lib/time";
import { CardFace, cardClass } from "./Card";
import { Column } from "./Column";
import { ColumnTabs } from "./ColumnTabs";
import { toNextColumn, walk } from "./keys";
import { useMoveLead } from "./useMoveLead";

type Props = { q: string; onOpen: (lead: Lead) => void };

/** The four columns, and the cards that go from one to another. */
export function Board({ q, onOpen }: Props) {
  const now = useNow();
  const move = useMoveLead(q);
  const [lifted, setLifted] = useState<Lead | null>(null);
  const [focused, setFocused] = useState<{ id: string; status: Status } | null>(null);
  const [tab, setTab] = useState<Status>("new");
  const accessibility = useAccessibility();
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    // A short press lifts the card, so that a swipe still scrolls the column.
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: toNextColumn,
      keyboardCodes: { start: ["Space"], end: ["Space", "Enter"], cancel: ["Escape"] },
    }),
  );

  function moveAndFollow(lead: Lead, to: Status): void {
    move(lead, to);
    setFocused({ id: lead.id, status: to });
    setTab(to);
  }

  function drop({ active, over }: DragEndEvent): void {
    const lead = leadOf(active);
    const to = STATUSES.find((status) => over?.id === status || over?.id === `tab:${status}`);
    setLifted(null);
    if (lead && to) move(lead, to);
  }

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={underThePointer}
      accessibility={accessibility}
      onDragStart={({ active }) => setLifted(leadOf(active))}
      onDragEnd={drop}
      onDragCancel={() => setLifted(null)}
    >
      <ColumnTabs q={q} chosen={tab} onChoose={setTab} className="lg:hidden" />
      <div
        onKeyDown={lifted ? undefined : walk}
        className="grid min-h-0 flex-1 grid-cols-1 gap-3 lg:grid-cols-4"
      >
        {STATUSES.map((status) => (
          <Column
            key={status}
            status={status}
            q={q}
            now={now}
            focused={focused?.status === status ? focused.id : null}
            onFocused={() => setFocused(null)}
            onOpen={onOpen}
            onMove={moveAndFollow}
            className={cn(status !== tab && "max-lg:hidden")}
          />
        ))}
      </div>
      <DragOverlay>
        {lifted && (
          <div className={cn(cardClass, "rotate-1 cursor-grabbing shadow-xl")}>
            <CardFace lead={lifted} now={now} />
          </div>
        )}
      </DragOverlay>
    </DndContext>
  );
}

function leadOf({ data }: DragEndEvent["active"]): Lead | null {
  return (data.current as { lead: Lead } | undefined)?.lead ?? null;
}

/** By pointer, where the pointer is; by keyboard, where the card has been moved to. */
const underThePointer: CollisionDetection = (args) =>
  args.pointerCoordinates ? pointerWithin(args) : closestCenter(args);

/** What a screen reader hears while a card is carried. */
function useAccessibility() {
  const { t } = useTranslation();
  const name = (active: DragEndEvent["active"]) => {
    const lead = leadOf(active);
    return (lead && nameOf(lead)) ?? t("lead.nameless");
  };
  const stage = (over: DragEndEvent["over"]) => {
    const status = STATUSES.find((each) => over?.id === each || over?.id === `tab:${each}`);
    return status ? t(`stage.${status}`) : null;
  };
  const announcements: Announcements = {
    onDragStart: ({ active }) => t("drag.lifted", { name: name(active) }),
    onDragOver: ({ active, over }) => {
      const over_stage = stage(over);
      return over_stage ? t("drag.over", { name: name(active), stage: over_stage }) : undefined;
    },
    onDragEnd: ({ active, over }) => {
      const over_stage = stage(over);
      return over_stage
        ? t("drag.dropped", { name: name(active), stage: over_stage })
        : t("drag.cancelled", { name: name(active) });
    },
    onDragCancel: ({ active }) => t("drag.cancelled", { name: name(active) }),
  };
  return { announcements, screenReaderInstructions: { draggable: t("drag.instructions") } };
}

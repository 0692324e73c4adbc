import { useCallback, useState } from "react";
import type { Draft } from "@/api/types";

/**
 * The drafts, oldest first. One that somebody is rewriting stays until they have finished, even when it was settled
 * elsewhere meanwhile: what they have typed is not thrown away.
 */
export function useKeptDrafts(drafts: readonly Draft[]) {
  const [kept, setKept] = useState<readonly Draft[]>([]);
  const keep = useCallback((draft: Draft, rewriting: boolean) => {
    setKept((before) => {
      const others = before.filter(({ id }) => id !== draft.id);
      return rewriting ? [...others, draft] : others;
    });
  }, []);
  const there = new Set(drafts.map(({ id }) => id));
  const shown = [...drafts, ...kept.filter(({ id }) => !there.has(id))];
  return { drafts: shown.toSorted((one, other) => one.created_at.localeCompare(other.created_at)), keep };
}

import { useSyncExternalStore } from "react";

export type Toast = {
  id: number;
  tone: "done" | "refused";
  text: string;
  action?: { label: string; run: () => void };
};

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

/** Says something in the corner of the screen; at most three at a time, the oldest leaves first. */
export function toast(said: Omit<Toast, "id">): void {
  lastId += 1;
  publish([...toasts, { ...said, id: lastId }].slice(-3));
}

export function dismissToast(id: number): void {
  publish(toasts.filter((shown) => shown.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}

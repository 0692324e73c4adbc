import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { clockQuery } from "@/api/queries";
import { useSession } from "./session";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** This moment in milliseconds, to the half minute; in a demo on the demo's own clock, as soon as it is moved. */
export function useNow(): number {
  const { creator, session } = useSession();
  const clock = useQuery({ ...clockQuery(creator), enabled: session.demo });
  const [real, setReal] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setReal(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(real, clock.dataUpdatedAt) + (clock.data?.offset_seconds ?? 0) * 1000;
}

/** Whole days that have passed since `at`, never negative. */
export function daysSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / DAY_MS));
}

/** Nine o'clock in the morning of the day after `now`, by the clock on the wall here. */
export function nextMorning(now: number): Date {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(9, 0, 0, 0);
  return morning;
}

/** Dates, distances and numbers as the chosen language writes them. */
export function useFormat() {
  const language = regional(useTranslation().i18n.language);
  return {
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    time: (at: string) => new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(new Date(at)),
    day: (at: string | number) =>
      new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }).format(
        new Date(at),
      ),
    dateTime: (at: string | number) =>
      new Intl.DateTimeFormat(language, {
        weekday: "short",
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
      }).format(new Date(at)),
    distance: (at: string, now: number) => distance(Date.parse(at) - now, language),
  };
}

/** The language as it is written where the reader lives: the 24-hour clock in London, the 12-hour one in Boston. */
export function regional(language: string): string {
  return navigator.languages.find((tag) => tag.startsWith(language) && isTag(tag)) ?? language;
}

/** Some browsers name the language of a bare system in a form that `Intl` refuses (`en-US@posix`). */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

function distance(milliseconds: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const size = Math.abs(milliseconds);
  if (size < HOUR_MS) return format.format(Math.round(milliseconds / MINUTE_MS), "minute");
  if (size < DAY_MS) return format.format(Math.round(milliseconds / HOUR_MS), "hour");
  return format.format(Math.round(milliseconds / DAY_MS), "day");
}

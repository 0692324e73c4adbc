import { expect, test, vi } from "vitest";
import { daysSince, nextMorning, regional } from "./time";

test("the next morning is nine o'clock of the day after, also shortly after midnight", () => {
  expect(nextMorning(new Date(2026, 10, 30, 0, 5).getTime())).toEqual(new Date(2026, 11, 1, 9, 0));
  expect(nextMorning(new Date(2026, 10, 30, 23, 55).getTime())).toEqual(new Date(2026, 11, 1, 9, 0));
});

test("a day has passed after 24 hours, and none before a contact", () => {
  const contact = "2026-11-20T10:00:00+00:00";
  expect(daysSince(contact, Date.parse("2026-11-21T09:59:59Z"))).toBe(0);
  expect(daysSince(contact, Date.parse("2026-11-21T10:00:00Z"))).toBe(1);
  expect(daysSince(contact, Date.parse("2026-11-19T10:00:00Z"))).toBe(0);
});

test("a language that Intl would refuse is passed over", () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US@posix", "en-GB"]);
  expect(regional("en")).toBe("en-GB");
  expect(regional("pt")).toBe("pt");
});

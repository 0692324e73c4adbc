import { describe, expect, test } from "vitest";
import { aLead } from "@/test/make";
import { nameOf } from "./people";

describe("what somebody is called", () => {
  test("by their name, else their handle, else their id", () => {
    expect(nameOf(aLead({ name: "Ana", username: "ana" }))).toBe("Ana");
    expect(nameOf(aLead({ name: null, username: "ana" }))).toBe("@ana");
    expect(nameOf(aLead({ name: null, username: null, follower_id: "tg_42" }))).toBe("tg_42");
  });

  test("an id that was made up here is no name", () => {
    expect(nameOf(aLead({ name: null, username: null, follower_id: "manual_0f" }))).toBeNull();
  });
});

import { expect, test } from "vitest";
import { CHANNELS, channelOf, inventId } from "./newFollower";

test.each(CHANNELS)("an invented id on %s is one that the API accepts and that belongs there", (channel) => {
  const id = inventId(channel, "Zoë 李 Núñez");
  expect(id).toMatch(/^[a-z]{2,3}_[A-Za-z0-9_.:@+-]{1,255}$/);
  expect(channelOf(id)).toBe(channel);
});

test("an id that a platform gives is digits and nothing else", () => {
  expect(inventId("instagram", "Ana")).toMatch(/^ig_\d{17}$/);
  expect(inventId("whatsapp", "Ana")).toMatch(/^wa_\d{11}$/);
  expect(inventId("telegram", "Ana")).toMatch(/^tg_\d{9}$/);
});

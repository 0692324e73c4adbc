import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { server } from "@/test/server";

test("the menu says what each mode means, and which one holds", async () => {
  startBackend({ mode: "review" });
  const { user } = open("/leads");
  await user.click(await screen.findByRole("button", { name: "Bot Review" }));
  const off = await screen.findByRole("menuitemradio", { name: "Off" });
  const review = screen.getByRole("menuitemradio", { name: "Review" });
  const auto = screen.getByRole("menuitemradio", { name: "Auto" });
  expect(off).toHaveAccessibleDescription("Says nothing. Messages are still stored and shown.");
  expect(review).toHaveAccessibleDescription("Proposes answers; you approve them.");
  expect(auto).toHaveAccessibleDescription(/^Answers by itself/);
  expect([off, review, auto].map((item) => item.getAttribute("aria-checked"))).toEqual([
    "false",
    "true",
    "false",
  ]);
});

test.each([
  ["Off", "off", "The bot is silent now. Messages are still stored and shown."],
  ["Auto", "auto", "The bot answers by itself now."],
])("choosing %s switches the bot", async (label, mode, said) => {
  const { world } = startBackend({ mode: "review" });
  const { user } = open("/leads");
  await user.click(await screen.findByRole("button", { name: "Bot Review" }));
  await user.click(await screen.findByRole("menuitemradio", { name: label }));
  expect(await screen.findByText(said)).toBeVisible();
  expect(await screen.findByRole("button", { name: `Bot ${label}` })).toBeVisible();
  expect(world.mode).toBe(mode);
});

test("a switch that was refused goes back to what is", async () => {
  startBackend({ mode: "auto" });
  server.use(http.put("*/bot/demo/mode", () => problem(403, "Owners only.")));
  const { user } = open("/leads");
  await user.click(await screen.findByRole("button", { name: "Bot Auto" }));
  await user.click(await screen.findByRole("menuitemradio", { name: "Off" }));
  expect(await screen.findByText("The bot was not switched: Owners only.")).toBeVisible();
  await waitFor(() => expect(screen.getByRole("button", { name: "Bot Auto" })).toBeVisible());
});

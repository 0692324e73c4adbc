import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { server } from "@/test/server";

test("the switch silences the bot", async () => {
  const { world } = startBackend();
  const { user } = open("/leads");
  const bot = await screen.findByRole("switch", { name: /Bot/ });
  await waitFor(() => expect(bot).toBeChecked());
  await user.click(bot);
  expect(
    await screen.findByText("The bot is silent now. Messages are still stored and shown."),
  ).toBeVisible();
  expect(bot).not.toBeChecked();
  expect(world.botActive).toBe(false);
});

test("a switch that was refused goes back to what is", async () => {
  startBackend();
  server.use(http.put("*/dashboard/demo/toggle", () => problem(403, "Owners only.")));
  const { user } = open("/leads");
  const bot = await screen.findByRole("switch", { name: /Bot/ });
  await waitFor(() => expect(bot).toBeChecked());
  await user.click(bot);
  expect(await screen.findByText("The bot was not switched: Owners only.")).toBeVisible();
  expect(bot).toBeChecked();
});

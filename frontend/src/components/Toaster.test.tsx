import { render, screen, waitForElementToBeRemoved, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { toast } from "sonner";
import { expect, test } from "vitest";
import { Toaster } from "./Toaster";

test("a message is announced politely, under a translated name, and closed by its button", async () => {
  render(<Toaster />);
  const region = screen.getByRole("region", { name: /^Notification/ });
  expect(region).toHaveAttribute("aria-live", "polite");
  toast.error("That was refused.");
  const message = await within(region).findByRole("listitem");
  expect(message).toHaveTextContent("That was refused.");
  await userEvent.click(within(message).getByRole("button", { name: "Close" }));
  await waitForElementToBeRemoved(message);
});

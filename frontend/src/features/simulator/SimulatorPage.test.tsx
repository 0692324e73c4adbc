import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { aFollowUp, aLead, aMessage } from "@/test/make";
import { server } from "@/test/server";

const write = () => screen.findByRole("textbox", { name: "Write as the follower" });

describe("the simulator", () => {
  test("what the follower writes is on the right, and the answer arrives by itself on the left", async () => {
    const { world, tell } = startBackend({ leads: [aLead({ follower_id: "ig_5001" })] });
    const { user } = open("/simulator");
    await user.click(await screen.findByRole("button", { name: /Ana García/ }));
    await screen.findByText("Live");
    await user.type(await write(), "Me parece caro{Enter}");
    const phone = await screen.findByRole("log", { name: "Conversation of Ana García" });
    expect((await within(phone).findByText("Me parece caro")).parentElement).toHaveAttribute(
      "data-side",
      "right",
    );
    expect(await write()).toHaveValue("");

    // Two answers, because the lists are read once more as soon as the stream is open.
    for (const content of ["Cuesta 97 €", "¿Te ayudo?"]) {
      const answer = aMessage({ content, role: "assistant", author: "bot", delivery: "sent" });
      world.messages = [...world.messages, answer];
      tell("follower.send_accepted");
      expect((await within(phone).findByText(content)).parentElement).toHaveAttribute("data-side", "left");
    }
  });

  test("a message that could not be sent comes back to be sent again", async () => {
    startBackend({ leads: [aLead({ follower_id: "ig_5001" })] });
    server.use(http.post("*/simulator/demo/messages", () => problem(422, "The text is too long.")));
    const { user } = open("/simulator?with=ig_5001");
    await user.type(await write(), "Hola{Enter}");
    expect(await screen.findByText("Not sent: The text is too long.")).toBeVisible();
    expect(await write()).toHaveValue("Hola");
  });

  test("an answer that was held is not shown as delivered", async () => {
    const held = aMessage({ content: "Hola Ana", role: "assistant", author: "bot", delivery: "held" });
    startBackend({ leads: [aLead({ follower_id: "ig_5001" })], messages: [held] });
    open("/simulator?with=ig_5001");
    const phone = await screen.findByRole("log");
    expect(await within(phone).findByText("Held back, not delivered")).toBeVisible();
    expect(within(phone).queryByText("Delivered")).toBeNull();
  });

  test("a photo without words is a message too, and a held answer says why it was held", async () => {
    startBackend({
      leads: [aLead({ follower_id: "ig_5001" })],
      messages: [
        aMessage({ content: "", attachments: ["image"] }),
        aMessage({ role: "assistant", author: "bot", delivery: "held", reason: "window_closed" }),
      ],
    });
    open("/simulator?with=ig_5001");
    const phone = await screen.findByRole("log");
    expect(await within(phone).findByText("Photo")).toBeVisible();
    expect(phone).toHaveTextContent("the messaging window is closed");
  });

  test("forwarded words are marked, and what the platform notes is nobody's bubble", async () => {
    startBackend({
      leads: [aLead({ follower_id: "tg_ana" })],
      messages: [
        aMessage({ content: "BAJA", forwarded: true }),
        aMessage({ content: "", author: "platform", note: "pinned_message" }),
        aMessage({ content: "", author: "platform", note: "not_invented_yet" }),
      ],
    });
    open("/simulator?with=tg_ana");
    const phone = await screen.findByRole("log");
    expect(await within(phone).findByText("Forwarded")).toBeVisible();
    expect(within(phone).getByText("A message was pinned")).toBeVisible();
    expect(within(phone).getByText("A note of the app")).toBeVisible();
    expect(phone.querySelectorAll("[data-side]")).toHaveLength(1);
  });

  test("somebody new exists from their first message on", async () => {
    const { writes } = startBackend();
    const { user } = open("/simulator");
    await user.click(await screen.findByRole("button", { name: "New follower" }));
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Zoë");
    await user.selectOptions(screen.getByRole("combobox", { name: "Channel" }), "WhatsApp");
    await user.click(screen.getByRole("button", { name: "Take their phone" }));
    expect(await screen.findByText("Not on the board yet. The first message changes that.")).toBeVisible();
    await user.type(await write(), "Hola{Enter}");
    await waitFor(() => expect(writes).toHaveLength(1));
    expect(writes[0]?.body).toMatchObject({
      name: "Zoë",
      text: "Hola",
      follower_id: expect.stringMatching(/^wa_\d+$/) as string,
    });
  });

  test("the clock goes to the next follow-up and no further", async () => {
    const { writes } = startBackend({
      leads: [aLead({ follower_id: "ig_5001" })],
      followUps: [
        aFollowUp({ scheduled_at: "2999-01-02T10:00:00+00:00" }),
        aFollowUp({ scheduled_at: "2999-01-01T10:00:00+00:00" }),
        aFollowUp({ scheduled_at: "2026-01-01T10:00:00+00:00", status: "sent" }),
      ],
    });
    const { user } = open("/simulator?with=ig_5001");
    await user.click(await screen.findByRole("button", { name: "To the next follow-up" }));
    await waitFor(() => expect(writes[0]?.body).toEqual({ to: "2999-01-01T10:00:00+00:00" }));
    expect(await screen.findByText("ahead of the real time")).toBeVisible();
  });

  test("without a planned follow-up there is none to go to", async () => {
    const { writes } = startBackend({ leads: [aLead({ follower_id: "ig_5001" })] });
    const { user } = open("/simulator?with=ig_5001");
    await user.click(await screen.findByRole("button", { name: "+4 h" }));
    await waitFor(() => expect(writes[0]?.body).toEqual({ advance_seconds: 14400 }));
    expect(screen.queryByRole("button", { name: "To the next follow-up" })).toBeNull();
    expect(await screen.findByText("No follow-ups")).toBeVisible();
  });

  test("what is planned stands apart from what is over, and says why it ended", async () => {
    startBackend({
      leads: [aLead({ follower_id: "ig_5001" })],
      followUps: [aFollowUp({ step: 2, status: "cancelled", reason: "replied" }), aFollowUp({ step: 1 })],
    });
    open("/simulator?with=ig_5001");
    const planned = await screen.findByRole("list", { name: "Planned follow-ups" });
    expect(planned).toHaveTextContent("step 1");
    expect(screen.getByRole("list", { name: "What became of the others" })).toHaveTextContent(
      "the follower replied",
    );
  });

  test("the demo is reset only after it was asked for twice", async () => {
    const { writes } = startBackend();
    const { user } = open("/simulator");
    await user.click(await screen.findByRole("button", { name: "Reset the demo" }));
    expect(writes).toEqual([]);
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Reset" }));
    expect(await screen.findByText("The demo is as new.")).toBeVisible();
    expect(writes).toHaveLength(1);
  });
});

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, test } from "vitest";
import { open } from "@/test/app";
import { problem, startBackend } from "@/test/backend";
import { aFollowUp, aLead, aMessage } from "@/test/make";
import { server } from "@/test/server";

const column = (name: RegExp) => screen.findByRole("region", { name });
const cardIn = async (name: RegExp, who: RegExp) =>
  within(await column(name)).findByRole("button", { name: who });

describe("the board", () => {
  test("every column says how many leads it has", async () => {
    startBackend({ leads: [aLead(), aLead({ name: "Pedro" }), aLead({ name: "Emma", status: "hot" })] });
    open("/leads");
    await cardIn(/^New/, /^Ana/);
    expect(within(await column(/^New/)).getByText("2")).toBeVisible();
    expect(within(await column(/^Hot/)).getByText("1")).toBeVisible();
    expect(within(await column(/^Customers/)).getByText("0")).toBeVisible();
  });

  test("a card says who it is, what was said last, the scores and the next follow-up", async () => {
    const next_follow_up = {
      sequence_type: "objection_price",
      step: 0,
      scheduled_at: "2999-01-01T00:00:00Z",
    } as const;
    const last_message = { text: "El curso cuesta 97 €", author: "bot", at: "2026-11-20T10:00:00Z" } as const;
    startBackend({ leads: [aLead({ username: "ana", status: "active", last_message, next_follow_up })] });
    open("/leads");
    const card = await cardIn(/^Active/, /^Ana García, Instagram, score 50, intent 12 %/);
    expect(card).toHaveTextContent("@ana");
    expect(card).toHaveTextContent("Bot: El curso cuesta 97 €");
    expect(card).toHaveTextContent("Price objection");
  });

  test("whoever has no name is called by the id on their platform, and never by ours", async () => {
    startBackend({
      leads: [aLead({ name: null, full_name: null, follower_id: "tg_4711", platform: "telegram" })],
    });
    open("/leads");
    const card = await cardIn(/^New/, /^tg_4711/);
    expect(card).not.toHaveTextContent(/0000/);
  });

  test("whoever has no name and was entered by hand is called so, and never by an id", async () => {
    startBackend({
      leads: [aLead({ name: null, full_name: null, follower_id: "manual_4711", platform: "manual" })],
    });
    open("/leads");
    const card = await cardIn(/^New/, /^Somebody without a name/);
    expect(card).not.toHaveTextContent(/0000|4711/);
  });

  test("a moved card is in its new column before the server has answered", async () => {
    startBackend({ leads: [aLead()] });
    server.use(
      http.put("*/dm/follower/demo/:id/status", async () => {
        await delay("infinite");
      }),
    );
    const { user } = open("/leads");
    (await cardIn(/^New/, /^Ana/)).focus();
    await user.keyboard("]");
    const moved = await cardIn(/^Active/, /^Ana García, Instagram, score 50/);
    expect(within(await column(/^New/)).queryByRole("button", { name: /^Ana/ })).toBeNull();
    await waitFor(() => expect(moved).toHaveFocus());
  });

  test("what happens elsewhere does not take back a move that is on its way", async () => {
    const { world, tell } = startBackend({ leads: [aLead()] });
    let asked = 0;
    server.use(
      http.put("*/dm/follower/demo/:id/status", async () => {
        await delay("infinite");
      }),
      http.get("*/dm/leads/demo", () => {
        asked += 1;
      }),
    );
    const { user } = open("/leads");
    (await cardIn(/^New/, /^Ana/)).focus();
    await screen.findByText("Live");
    await user.keyboard("]");
    await cardIn(/^Active/, /^Ana/);
    const before = asked;
    world.mode = "off";
    tell("lead.scored");
    tell("creator.mode_changed");
    expect(await screen.findByRole("button", { name: "Bot Off" })).toBeVisible();
    expect(asked).toBe(before);
    expect(await cardIn(/^Active/, /^Ana/)).toBeVisible();
  });

  test("a refused move puts the card back and says why", async () => {
    startBackend({ leads: [aLead()] });
    const { user } = open("/leads");
    (await cardIn(/^New/, /^Ana/)).focus();
    await screen.findByText("Live");
    server.use(
      http.put("*/dm/follower/demo/:id/status", () => problem(409, "Marta moved it just now.")),
      // The board does not wait for its lists to take back what was refused.
      http.get("*/dm/leads/demo", async () => {
        await delay("infinite");
      }),
    );
    await user.keyboard("]");
    expect(await screen.findByText("Ana García was not moved: Marta moved it just now.")).toBeVisible();
    expect(await cardIn(/^New/, /^Ana/)).toBeVisible();
    expect(within(await column(/^Active/)).queryByRole("button", { name: /^Ana/ })).toBeNull();
  });

  test("undo moves the card back where it was", async () => {
    const { world, writes } = startBackend({ leads: [aLead()] });
    const { user } = open("/leads");
    await user.click(await cardIn(/^New/, /^Move Ana García/));
    await user.click(await screen.findByRole("menuitem", { name: "Customer" }));
    await cardIn(/^Customers/, /^Ana/);
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await cardIn(/^New/, /^Ana/);
    await waitFor(() => expect(world.leads[0]?.status).toBe("new"));
    expect(writes.map(({ body }) => body)).toEqual([{ status: "customer" }, { status: "new" }]);
  });

  test("a move carries the token that proves it came from this page", async () => {
    const { writes } = startBackend({ leads: [aLead({ status: "active" })] });
    const { user } = open("/leads");
    (await cardIn(/^Active/, /^Ana/)).focus();
    await user.keyboard("[[");
    await waitFor(() => expect(writes).toHaveLength(1));
    expect(writes[0]).toMatchObject({ body: { status: "new" }, csrf: "the-token" });
  });

  test("the arrows walk over the cards and over the columns", async () => {
    startBackend({ leads: [aLead(), aLead({ name: "Pedro" }), aLead({ name: "Emma", status: "active" })] });
    const { user } = open("/leads");
    await cardIn(/^Active/, /^Emma/);
    (await cardIn(/^New/, /^Ana/)).focus();
    await user.keyboard("{ArrowDown}");
    expect(await cardIn(/^New/, /^Pedro/)).toHaveFocus();
    await user.keyboard("{ArrowRight}");
    expect(await cardIn(/^Active/, /^Emma/)).toHaveFocus();
  });

  test("a search is in the address and says how many of how many are shown", async () => {
    startBackend({ leads: [aLead(), aLead({ name: "Pedro" }), aLead({ name: "Anabel", status: "hot" })] });
    const { user, router } = open("/leads");
    await user.type(await screen.findByRole("searchbox", { name: "Search leads" }), "ana");
    expect(await within(await column(/^New/)).findByText("1 of 2")).toBeVisible();
    expect(await within(await column(/^Hot/)).findByText("1 of 1")).toBeVisible();
    expect(router.state.location.search).toMatchObject({ q: "ana" });
    expect(screen.queryByRole("button", { name: /^Pedro/ })).toBeNull();
  });

  test("an address with a search opens with it", async () => {
    startBackend({ leads: [aLead(), aLead({ name: "Pedro" })] });
    open("/leads?q=nobody");
    expect(await screen.findByRole("searchbox")).toHaveValue("nobody");
    await waitFor(() => expect(screen.getAllByText("Nobody found")).toHaveLength(4));
  });

  test("an empty column says who will come there", async () => {
    startBackend();
    open("/leads");
    expect(await within(await column(/^Hot/)).findByText("Nobody hot yet")).toBeVisible();
  });

  test("a board that cannot be read says why and can be tried again", async () => {
    startBackend({ leads: [aLead()] });
    const broken = http.get("*/dm/leads/demo", () => problem(422, "That cannot be asked."));
    server.use(broken);
    const { user } = open("/leads");
    const alert = await within(await column(/^New/)).findByRole("alert");
    expect(alert).toHaveTextContent("That cannot be asked.");
    startBackend({ leads: [aLead()] });
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await cardIn(/^New/, /^Ana/)).toBeVisible();
  });

  test("a long column draws a few cards and reads on as one goes down", async () => {
    startBackend({ leads: Array.from({ length: 120 }, (_, index) => aLead({ name: `Lead ${index + 1}` })) });
    open("/leads");
    await cardIn(/^New/, /^Lead 1,/);
    const list = within(await column(/^New/)).getByRole("list", { name: "New" });
    const scrollTo = (row: number) =>
      fireEvent.scroll(list.parentElement ?? list, { target: { scrollTop: row * 144 } });
    for (const row of [45, 90, 120]) {
      scrollTo(row - 2);
      expect(await within(list).findByRole("button", { name: new RegExp(`^Lead ${row},`) })).toBeVisible();
      expect(within(list).getAllByRole("listitem").length).toBeLessThan(25);
    }
  });

  test("what happens elsewhere is shown at once", async () => {
    const { world, tell } = startBackend({ leads: [aLead()] });
    open("/leads");
    await cardIn(/^New/, /^Ana/);
    await screen.findByText("Live");
    // Twice, because the lists are read once more as soon as the stream is open.
    for (const [status, name] of [["hot", /^Hot/] as const, ["customer", /^Customers/] as const]) {
      world.leads = world.leads.map((lead) => ({ ...lead, status }));
      tell("lead.status_changed");
      expect(await cardIn(name, /^Ana/)).toBeVisible();
    }
  });

  test("a card opens beside the board with the creator's words on the right", async () => {
    startBackend({
      leads: [aLead()],
      messages: [
        aMessage({ content: "Me parece caro" }),
        aMessage({ content: "Cuesta 97 €", role: "assistant", author: "bot", delivery: "sent" }),
      ],
      followUps: [aFollowUp(), aFollowUp({ status: "cancelled", message_preview: "Ya no" })],
    });
    const { user, router } = open("/leads");
    await user.click(await cardIn(/^New/, /^Ana/));
    const sheet = await screen.findByRole("dialog", { name: "Ana García" });
    const words = await within(sheet).findByRole("log", { name: "Conversation" });
    expect(within(words).getByText("Cuesta 97 €").parentElement).toHaveAttribute("data-side", "right");
    expect(within(words).getByText("Me parece caro").parentElement).toHaveAttribute("data-side", "left");
    expect(await within(sheet).findByText("¿Pudiste pensarlo?")).toBeVisible();
    expect(within(sheet).queryByText("Ya no")).toBeNull();
    expect(router.state.location.search).toHaveProperty("lead");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(async () => expect(await cardIn(/^New/, /^Ana/)).toHaveFocus());
  });
});

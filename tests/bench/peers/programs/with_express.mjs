// Express and pg.
import express from "express";
import { caller, card, column, inbox, move, Refusal } from "./leads.mjs";

const app = express();
app.disable("x-powered-by");
app.set("etag", false); // of the answer's bytes; a card has one of its own

app.put("/dm/follower/:creator/:person/status", express.json(), async (request, response) => {
  const { creator, person } = request.params;
  const { name } = await caller(request.get("x-api-key"), creator);
  const lead = await move(creator, person, request.body?.status, name, request.get("if-match"));
  response.set("ETag", `"${lead.version}"`).json({ status: "ok", lead: card(lead) });
});

app.get("/dm/leads/:creator", async (request, response) => {
  const { creator } = request.params;
  await caller(request.get("x-api-key"), creator);
  const leads = await column(creator, request.query.status, limitOf(request));
  response.json({ status: "ok", count: leads.length, leads });
});

app.get("/dm/conversations/:creator", async (request, response) => {
  const { creator } = request.params;
  await caller(request.get("x-api-key"), creator);
  const conversations = await inbox(creator, limitOf(request));
  response.json({ status: "ok", count: conversations.length, conversations });
});

app.use((error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ detail: error instanceof Refusal ? error.message : "It failed." });
});

function limitOf(request) {
  const limit = Number(request.query.limit ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new Refusal(422, "The limit is from 1 to 1000.");
  return limit;
}

app.listen(Number(process.env.PORT), "127.0.0.1");

// Fastify and pg.
import Fastify from "fastify";
import { caller, card, column, inbox, move, Refusal } from "./leads.mjs";

const app = Fastify();
const limit = { type: "integer", minimum: 1, maximum: 1000, default: 50 };

app.put(
  "/dm/follower/:creator/:person/status",
  {
    schema: {
      body: { type: "object", required: ["status"], properties: { status: { type: "string" } } },
    },
  },
  async (request, reply) => {
    const { creator, person } = request.params;
    const { name } = await caller(request.headers["x-api-key"], creator);
    const lead = await move(creator, person, request.body.status, name, request.headers["if-match"]);
    reply.header("ETag", `"${lead.version}"`);
    return { status: "ok", lead: card(lead) };
  },
);

app.get(
  "/dm/leads/:creator",
  {
    schema: {
      querystring: { type: "object", required: ["status"], properties: { status: { type: "string" }, limit } },
    },
  },
  async (request) => {
    const { creator } = request.params;
    await caller(request.headers["x-api-key"], creator);
    const leads = await column(creator, request.query.status, request.query.limit);
    return { status: "ok", count: leads.length, leads };
  },
);

app.get(
  "/dm/conversations/:creator",
  { schema: { querystring: { type: "object", properties: { limit } } } },
  async (request) => {
    const { creator } = request.params;
    await caller(request.headers["x-api-key"], creator);
    const conversations = await inbox(creator, request.query.limit);
    return { status: "ok", count: conversations.length, conversations };
  },
);

app.setErrorHandler((error, _request, reply) => {
  const status = error.status ?? error.statusCode ?? 500;
  reply.status(status).send({ detail: error instanceof Refusal ? error.message : "It failed." });
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });

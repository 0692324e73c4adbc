// pg-boss: batches are fetched and completed as a whole, so many calls at once are made of each.
import PgBoss from "pg-boss";
import { atOnce, connectionString, fallenDue, payloads, working } from "./jobs.mjs";
import { send } from "./platform.mjs";

const QUEUE = "send";
const boss = new PgBoss({ connectionString });
boss.on("error", console.error);
await boss.start();
await boss.createQueue(QUEUE);

if (payloads.length > 0) {
  await boss.insert(payloads.map((data) => ({ name: QUEUE, data })));
  fallenDue();
  await boss.stop();
} else {
  await boss.work(QUEUE, { batchSize: 500, pollingIntervalSeconds: 0.5 }, async (jobs) => {
    const waiting = jobs.values();
    const hand = async () => {
      for (const { data } of waiting) await send(data);
    };
    await Promise.all(Array.from({ length: atOnce }, hand));
  });
  working();
}

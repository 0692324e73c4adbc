// graphile-worker; batched: with a local queue, and jobs that are completed together.
import { makeWorkerUtils, run } from "graphile-worker";
import { atOnce, connectionString, fallenDue, isBatched, payloads, working } from "./jobs.mjs";
import { send } from "./platform.mjs";

if (payloads.length > 0) {
  const utils = await makeWorkerUtils({ connectionString });
  await utils.addJobs(payloads.map((payload) => ({ identifier: "send", payload })));
  fallenDue();
  await utils.release();
} else {
  const batched = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  await run({
    preset: {
      worker: {
        connectionString,
        concurrentJobs: atOnce,
        maxPoolSize: atOnce + 2,
        ...(isBatched ? batched : {}),
      },
    },
    taskList: { send },
  });
  working();
}

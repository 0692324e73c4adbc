// What both job queues of Node are told: `COUNT FIRST` to add so many jobs at once, nothing to work.
export const atOnce = Number(process.env.CALLS_AT_ONCE);
export const connectionString = process.env.DATABASE_URL;
export const isBatched = process.env.BATCHED === "1";

const [count, first] = process.argv.slice(2).map(Number);

export const payloads = Array.from({ length: count || 0 }, (_, index) => ({
  chat_id: first + index,
  text: "¿Tuviste algún problema?",
}));

/** Prints when everything fell due, in seconds of the machine's monotonic clock. */
export function fallenDue() {
  console.log(Number(process.hrtime.bigint()) / 1e9);
}

/** Says that jobs are taken from now on. */
export function working() {
  console.log("working");
}

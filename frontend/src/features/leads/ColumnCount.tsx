import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { useCreator } from "@/lib/session";
import { useFormat } from "@/lib/time";
import { columnQuery, columnTotalQuery } from "./queries";

/** How many leads a column has; while a search hides some, how many of how many. */
export function ColumnCount({ status, q }: { status: Status; q: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const creator = useCreator();
  const column = useInfiniteQuery(columnQuery(creator, status, q));
  const all = useQuery({ ...columnTotalQuery(creator, status), enabled: q !== "" });
  const matching = column.data?.pages[0]?.total;
  if (matching === undefined) return "…";
  if (q === "" || all.data === undefined) return format.number(matching);
  return t("board.some_of", { some: format.number(matching), all: format.number(all.data) });
}

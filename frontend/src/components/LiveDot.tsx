import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { Connection } from "@/lib/live";

/** Whether what is on the screen is what is. */
export function LiveDot({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  return (
    <span role="status" className="text-muted-foreground inline-flex items-center gap-1.5 text-xs">
      <span
        aria-hidden
        className={cn(
          "size-2 rounded-full",
          connection === "live" ? "bg-success" : "bg-warning animate-pulse",
        )}
      />
      {t(`live.${connection}`)}
    </span>
  );
}

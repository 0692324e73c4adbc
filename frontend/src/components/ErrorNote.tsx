import { CloudAlert, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";
import { Button } from "./ui/button";

/** A list that could not be read: why, and the way to try again. */
export function ErrorNote({ error, retry }: { error: Error; retry: () => unknown }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex flex-col items-center gap-3 p-6 text-center text-sm">
      <CloudAlert aria-hidden className="text-danger size-6" />
      <p className="text-muted-foreground max-w-72 text-pretty">
        {error instanceof Problem ? error.message : t("common.unreachable")}
      </p>
      <Button size="sm" onClick={() => void retry()}>
        <RotateCw aria-hidden />
        {t("common.retry")}
      </Button>
    </div>
  );
}

import { useTranslation } from "react-i18next";
import { Problem } from "@/api/client";

/** Why a form was refused. */
export function Refusal({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (!error) return null;
  return (
    <p role="alert" className="text-danger text-sm">
      {error instanceof Problem ? error.message : t("common.unreachable")}
    </p>
  );
}

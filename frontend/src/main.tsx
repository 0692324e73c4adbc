import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/App";
import { takeLink } from "@/features/session/link";
import { startTranslations } from "@/i18n/i18n";
import { newQueryClient } from "@/lib/queryClient";
import { applyTheme } from "@/lib/theme";
import { newRouter } from "@/router";
import "./styles.css";

applyTheme();
takeLink();
await startTranslations();

const page = document.getElementById("root");
if (!page) throw new Error("index.html has no #root");
createRoot(page).render(
  <StrictMode>
    <App client={newQueryClient()} router={newRouter()} />
  </StrictMode>,
);

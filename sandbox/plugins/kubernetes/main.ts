import { serve } from "../wire";
import { KubernetesProvider } from "./provider";

serve(new KubernetesProvider());

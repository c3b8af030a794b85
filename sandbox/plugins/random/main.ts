import { serve } from "../wire";
import { randomProvider } from "./provider";

serve(randomProvider());

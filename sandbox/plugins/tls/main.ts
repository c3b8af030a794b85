import { serve } from "../wire";
import { tlsProvider } from "./provider";

serve(tlsProvider());

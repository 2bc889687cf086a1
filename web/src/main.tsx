import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { Component, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { CallsFooter } from "./CallsFooter";
import { ExamplesMenu } from "./ExamplesMenu";
import { EXAMPLES } from "./examples";
import { fetcher } from "./fetcher";
import { FILES_PLUGIN } from "./FilesPlugin";
import { storage } from "./storage";

/** Says what went wrong where React would leave an empty page. */
class Visible extends Component<{ children: ReactNode }, { error: Error | null }> {
  state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    if (!this.state.error) return this.props.children;
    return <p className="notice">The explorer stopped: {this.state.error.message}. Reload the page to start again.</p>;
  }
}

createRoot(document.getElementById("explorer")!).render(
  <Visible>
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      plugins={[HISTORY_PLUGIN, FILES_PLUGIN]}
      // In the variables an Upload is null: the file comes beside them.
      customScalarSchemas={{ Upload: { type: "null" } }}
      defaultTabs={EXAMPLES}
      defaultEditorToolsVisibility
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <span className="logo">Order Gateway</span>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ExamplesMenu />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <CallsFooter />
      </GraphiQL.Footer>
    </GraphiQL>
  </Visible>,
);

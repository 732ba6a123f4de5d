package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.output.Token.Kind;

/// Makes the tree of a template: what stands between an action and its `{{end}}`.
///
/// @spec https://pkg.go.dev/text/template#hdr-Actions
final class TemplateParser {
  /// How deep actions may stand in each other. People need four; the stack bears thousands.
  static final int MAX_DEPTH = 100;

  private final String template;
  private final TokenReader tokens;
  private final PipelineParser pipelines;
  private int depth;
  private int ranges;

  private TemplateParser(String template, TokenReader tokens) {
    this.template = template;
    this.tokens = tokens;
    this.pipelines = new PipelineParser(template, tokens);
  }

  static List<Node> parse(String template) throws TemplateException {
    TokenReader tokens = new TokenReader(new TemplateLexer(template).tokens());
    TemplateParser parser = new TemplateParser(template, tokens);
    List<Node> nodes = parser.nodes();
    if (!tokens.peek().is(Kind.END)) {
      tokens.next();
      throw parser.failure(
          tokens.peek(),
          "{{" + tokens.peek().shown() + "}} belongs to no {{if}}, {{range}} or {{with}}");
    }
    return nodes;
  }

  /* Up to the end, or to {{else}} or {{end}}, of which nothing is taken. */
  private List<Node> nodes() throws TemplateException {
    List<Node> nodes = new ArrayList<>();
    while (!tokens.peek().is(Kind.END)) {
      Token token = tokens.peek();
      if (token.is(Kind.TEXT)) {
        nodes.add(new Node.Text(tokens.next().text()));
        continue;
      }
      Token word = tokens.peekSecond();
      if (word.isWord("else") || word.isWord("end")) {
        return nodes;
      }
      tokens.next();
      nodes.add(action());
    }
    return nodes;
  }

  private Node action() throws TemplateException {
    Token word = tokens.peek();
    String name = word.is(Kind.WORD) ? word.text() : "";
    return switch (name) {
      case "if", "with", "range" -> {
        tokens.next();
        yield control(word);
      }
      case "break", "continue" -> {
        tokens.next();
        if (ranges == 0) {
          throw failure(word, "{{" + name + "}} outside of {{range}}");
        }
        close();
        yield name.equals("break") ? new Node.Break() : new Node.Continue();
      }
      case "define", "template", "block" ->
          throw failure(word, "{{" + name + "}} is not supported: a format is one template");
      default -> {
        Node.Pipeline pipeline = pipelines.pipeline(false);
        close();
        yield new Node.Action(pipeline);
      }
    };
  }

  private Node control(Token word) throws TemplateException {
    if (++depth > MAX_DEPTH) {
      throw failure(word, "more than " + MAX_DEPTH + " actions in each other");
    }
    boolean range = word.text().equals("range");
    int mark = pipelines.mark();
    Node.Pipeline pipeline = pipelines.pipeline(range);
    close();
    ranges += range ? 1 : 0;
    List<Node> then = nodes();
    ranges -= range ? 1 : 0;
    List<Node> otherwise = List.of();
    boolean ended = false;
    if (tokens.peekSecond().isWord("else")) {
      tokens.next();
      tokens.next();
      Token chained = tokens.peek();
      /* {{else if}} and {{else with}} share one {{end}} with what they belong to. */
      if (!range && chained.isWord("if") || chained.isWord("with") && word.isWord("with")) {
        tokens.next();
        otherwise = List.of(control(chained));
        ended = true;
      } else {
        close();
        otherwise = nodes();
      }
    }
    if (!ended) {
      end(word);
    }
    pipelines.release(mark);
    depth--;
    return switch (word.text()) {
      case "if" -> new Node.If(pipeline, then, otherwise);
      case "with" -> new Node.With(pipeline, then, otherwise);
      default -> new Node.Range(pipeline, then, otherwise);
    };
  }

  private void end(Token of) throws TemplateException {
    if (tokens.peek().is(Kind.END)) {
      throw failure(of, "{{" + of.text() + "}} has no {{end}}");
    }
    tokens.next();
    Token word = tokens.next();
    if (!word.isWord("end")) {
      throw failure(word, "a second {{else}} of one {{" + of.text() + "}}");
    }
    close();
  }

  private void close() throws TemplateException {
    Token token = tokens.next();
    if (!token.is(Kind.CLOSE)) {
      throw failure(token, "unexpected " + token.shown());
    }
  }

  private TemplateException failure(Token token, String problem) {
    return new TemplateException(template, token.offset(), problem);
  }
}

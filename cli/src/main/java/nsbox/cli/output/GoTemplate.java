package nsbox.cli.output;

import java.util.List;

/// A template of Go's `text/template`, as `--format` takes it from docker's and podman's users.
///
/// Objects are [nsbox.json.JsonObject]s, of which a template may only name the members that there
/// are; maps, of which it may name any key; lists, strings, numbers, booleans, [Absent] and
/// [TemplateMethod]s. Not there are `define`, `template` and `block`, and the functions `call`,
/// `html`, `js` and `urlquery`.
///
/// @spec https://pkg.go.dev/text/template text/template
public final class GoTemplate {
  private final String text;
  private final List<Node> nodes;

  private GoTemplate(String text, List<Node> nodes) {
    this.text = text;
    this.nodes = nodes;
  }

  /// @throws TemplateException if it is no template; says where
  public static GoTemplate parse(String text) throws TemplateException {
    return new GoTemplate(text, TemplateParser.parse(text));
  }

  /// What the template makes of an object.
  ///
  /// @throws TemplateException if the object lacks what the template names, or the text grows out
  ///   of bounds
  public String render(Object object) throws TemplateException {
    return new TemplateEvaluator(text, false).render(nodes, object);
  }

  /// The row of headings: the fields are the headings, and functions leave them as they are.
  String renderHeadings(Object headings) throws TemplateException {
    return new TemplateEvaluator(text, true).render(nodes, headings);
  }

  /// Whether all of it is one `{{range .}}`: podman's way to say "for each row".
  boolean isRangeOverAll() {
    return !nodes.isEmpty()
        && nodes.getFirst() instanceof Node.Range(Node.Pipeline over, List<Node> _, List<Node> _)
        && over.commands().size() == 1
        && over.commands().getFirst().callee() instanceof Node.Dot
        && over.commands().getFirst().arguments().isEmpty();
  }
}

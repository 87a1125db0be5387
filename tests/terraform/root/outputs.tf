output "images" {
  value = merge(
    { for name in ["base"] : name => module.base.image },
    { for name, service in module.service : name => service.image },
    { web = module.web.image, report = module.report.image, elsewhere = module.elsewhere.image },
  )
}
